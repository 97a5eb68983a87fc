#!/usr/bin/env node
// Licensed under the Apache License, Version 2.0; see LICENSE.
// A browser without JavaScript: cookies, redirects and forms, nothing else.
// As a program ($BROWSER) it signs in at the URL it is given; where
// $MCP_BROWSER_STOP begins the next one, it says that and stops.

import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

const STEPS_MAX = 20;
const SECONDS = 15;

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function decodeEntities(text) {
  return text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (all, name) => {
    if (name[0] !== '#') return ENTITIES[name.toLowerCase()] ?? all;
    const hex = /^#x/i.test(name);
    const digits = name.slice(hex ? 2 : 1);
    return String.fromCodePoint(parseInt(digits, hex ? 16 : 10));
  });
}

function attributesOf(text) {
  const attributes = {};
  const value = `"([^"]*)"|'([^']*)'|([^\\s"'=<>]+)`;
  const pattern = new RegExp(
    `([^\\s"'>/=]+)(?:\\s*=\\s*(?:${value}))?`, 'g');
  for (const [, name, double, single, bare] of text.matchAll(pattern)) {
    attributes[name.toLowerCase()] ??=
      decodeEntities(double ?? single ?? bare ?? '');
  }
  return attributes;
}

/** The forms of a page: action, method, fields, submit buttons, and the radio
 * buttons that are not chosen. */
export function formsOf(html) {
  const forms = [];
  let form = null;
  const bare = html.replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, '');
  const tags = /<(\/?)([a-z]+)((?:\s+(?:"[^"]*"|'[^']*'|[^"'>])*)?)\/?>/gi;
  for (const [, end, tag, rest] of bare.matchAll(tags)) {
    const name = tag.toLowerCase();
    const a = attributesOf(rest);
    if (name === 'form') {
      form = end ? null : {
        action: a.action ?? '', method: (a.method ?? 'get').toLowerCase(),
        fields: [], buttons: [], choices: [],
      };
      if (form) forms.push(form);
      continue;
    }
    if (!form || end || 'disabled' in a) continue;
    const usual = name === 'button' ? 'submit' : 'text';
    const type = (a.type ?? usual).toLowerCase();
    const field = { name: a.name, type, value: a.value ?? '' };
    if (name === 'button' || (name === 'input' && type === 'submit')) {
      if (type === 'submit') form.buttons.push(field);
    }
    else if (name === 'input' || name === 'textarea') {
      if (['checkbox', 'radio'].includes(type)) {
        field.value = a.value ?? 'on';
        if (!('checked' in a)) {
          if (type === 'radio') form.choices.push(field);
          continue;
        }
      }
      form.fields.push(field);
    }
  }
  return forms;
}

/** Cookies as a browser keeps them, as far as one host needs it. */
export class Jar {
  #cookies = new Map();

  store(url, lines) {
    for (const text of lines) {
      const [pair, ...words] = text.split(';').map((each) => each.trim());
      const split = pair.indexOf('=');
      const name = pair.slice(0, split);
      const is = Object.fromEntries(words.map((word) => {
        const [key, ...value] = word.split('=');
        return [key.toLowerCase(), value.join('=')];
      }));
      const secure = url.protocol === 'https:';
      if ('secure' in is && !secure) continue;
      if (name.startsWith('__Host-')
          && (!('secure' in is) || 'domain' in is || is.path !== '/')) continue;
      const path = is.path?.startsWith('/') ? is.path
        : url.pathname.replace(/\/[^/]*$/, '') || '/';
      const gone = Number(is['max-age']) <= 0
        || ('max-age' in is ? false : Date.parse(is.expires) <= Date.now());
      const key = `${url.hostname} ${path} ${name}`;
      if (gone) this.#cookies.delete(key);
      else {
        this.#cookies.set(key, {
          host: url.hostname, path, name, secure: 'secure' in is,
          value: pair.slice(split + 1),
        });
      }
    }
  }

  header(url) {
    return [...this.#cookies.values()].filter((cookie) =>
      cookie.host === url.hostname
      && (!cookie.secure || url.protocol === 'https:')
      && (url.pathname === cookie.path
        || url.pathname.startsWith(cookie.path.replace(/\/?$/, '/'))))
      .map((cookie) => `${cookie.name}=${cookie.value}`).join('; ');
  }
}

export class Browser {
  constructor({ jar = new Jar() } = {}) {
    this.jar = jar;
    this.trail = [];
  }

  /** One exchange with the network, without cookies. */
  async fetch(target, options) {
    const response = await fetch(target, {
      ...options, redirect: 'manual',
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    return {
      url: target, status: response.status, headers: response.headers,
      body: await response.text(),
    };
  }

  async request(url, { method = 'GET', body } = {}) {
    const target = new URL(url);
    const headers = { Accept: 'text/html,*/*' };
    const cookie = this.jar.header(target);
    if (cookie) headers.Cookie = cookie;
    const page = await this.fetch(target, { method, headers, body });
    this.jar.store(target, page.headers.getSetCookie());
    this.trail.push(describe(method, page));
    return page;
  }

  /** Where a page sends the browser by itself, or null. */
  static next(page) {
    const to = [301, 302, 303, 307, 308].includes(page.status)
      ? page.headers.get('location')
      : /;\s*url=["']?([^"']*)/i.exec(page.headers.get('refresh') ?? '')?.[1];
    return to ? new URL(to, page.url) : null;
  }

  submit(page, form, { username, password, decision, choose }) {
    const data = new URLSearchParams();
    for (const field of choose ? chosen(form, choose) : form.fields) {
      if (!field.name) continue;
      const filled = field.type === 'password' ? password
        : field.name === 'username' ? username : field.value;
      data.append(field.name, filled ?? '');
    }
    const button = form.buttons.find((each) =>
      each.name === 'decision' && each.value === decision) ?? form.buttons[0];
    if (button?.name) data.append(button.name, button.value);
    const action = new URL(form.action || page.url, page.url);
    if (form.method === 'post') {
      return this.request(action, { method: 'POST', body: data });
    }
    action.search = data;
    return this.request(action);
  }

  /** Follows, chooses, signs in and decides until a page has no form, or until
   * the next URL matches stop, which is then returned and not requested. */
  async go(url, { stop, decision = 'approve', ...user } = {}) {
    const wanted = { ...user, decision };
    const leave = (to) => stop?.test(to.href) || !/^https?:$/.test(to.protocol);
    let page = await this.request(url);
    for (let step = 0; step < STEPS_MAX; step++) {
      const to = Browser.next(page);
      if (to && leave(to)) return { ...page, url: to };
      if (to) {
        page = await this.request(to);
        continue;
      }
      const form = chooseForm(page.body, decision);
      if (!form) {
        if (page.status < 400 && !stop) return page;
        throw this.lost(`ended on a page without a form: ${page.status}`);
      }
      page = await this.submit(page, form, wanted);
    }
    throw this.lost(`no end after ${STEPS_MAX} steps`);
  }

  lost(why) {
    const error = new Error(`the browser ${why}`);
    error.evidence = this.trail.join('\n');
    return error;
  }
}

/** The fields once the radio button of this value is pressed, where there is
 * one. */
function chosen({ fields, choices }, value) {
  const choice = choices.find((each) => each.value === value);
  if (!choice) return fields;
  return [...fields.filter(({ name }) => name !== choice.name), choice];
}

function chooseForm(html, decision) {
  const forms = formsOf(html);
  return forms.find((form) => form.buttons.some((button) =>
    button.name === 'decision' && button.value === decision))
    ?? forms.find((form) => form.fields.some((field) =>
      field.type === 'password'))
    ?? forms[0];
}

function describe(method, page) {
  const headers = ['location', 'refresh', 'set-cookie']
    .filter((name) => page.headers.has(name))
    .map((name) => ` ${name}: ${page.headers.get(name)}`);
  const title = /<title>([^<]*)/i.exec(page.body)?.[1] ?? '';
  const shown = page.status < 400 ? '' : '\n' + page.body.slice(0, 2000);
  return `${method} ${page.url.href} -> ${page.status} "${title.trim()}"`
    + headers.join('') + shown;
}

export async function main(browser) {
  const { MCP_BROWSER_LOG: log, MCP_BROWSER_STOP: end } = process.env;
  let status = 0;
  try {
    const { url } = await browser.go(process.argv[2], {
      username: process.env.MCP_BROWSER_USERNAME,
      password: process.env.MCP_BROWSER_PASSWORD,
      ...end ? { stop: { test: (to) => to.startsWith(end) } } : {},
    });
    if (end) console.log(url.href);
  }
  catch (error) {
    browser.trail.push(String(error.stack));
    status = 1;
  }
  if (log) fs.appendFileSync(log, browser.trail.join('\n') + '\n');
  process.exitCode = status;
}

const program = process.argv[1] && fs.realpathSync(process.argv[1]);
if (program && import.meta.url === pathToFileURL(program).href) {
  await main(new Browser());
}
