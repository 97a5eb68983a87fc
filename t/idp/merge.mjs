// Licensed under the Apache License, Version 2.0; see LICENSE.
// JSON merge patches (RFC 7396), which say how an answer shall differ.

const isObject = (value) => value !== null && typeof value === 'object'
  && !Array.isArray(value);

export const now = () => Math.floor(Date.now() / 1000);

/** target as the patch wants it, on a copy; null takes a member away, and
 * {"$now": N} stands for the time N seconds from now. */
export function merged(target, patch) {
  if (patch === undefined) return target;
  if (!isObject(patch)) return patch;
  if ('$now' in patch) return now() + patch.$now;
  const result = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}
