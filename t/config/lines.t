#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# Each directive: what it takes, and what it says to what it does not take.
# Every row is one line of configuration, given to httpd -t.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Test::More;
use Conf;

write_file('instructions.txt', "Use add for sums.\nUse echo else.\n");
write_file('empty.txt', '');
$ENV{MCP_TOKEN} = 'an-initial-access-token';
$ENV{MCP_SEALING_KEY} = 'k' x 44;
write_file('sealing.key', 's' x 44 . "\n");
chmod 0600, Conf::root() . '/sealing.key';
write_file('large.txt', 'x' x 16385);
write_file('latin1.txt', "caf\xe9\n");

# Where this build has no Redis, all of it is refused with the cure.
sub redis_lines {
    my ($good, $said) = check("ServerName h.example\nMCPStore redis redis://127.0.0.1\n");
    my $tls = qr/This build has no TLS for Redis. Build mod_mcp_oauth with hiredis 1.0 or later/;
    return ['MCPStore redis redis://127.0.0.1', qr/This build knows no Redis. Install hiredis with its headers/]
        if !$good && $said =~ /knows no Redis/;
    ($good, $said) = check("ServerName h.example\nMCPStore redis rediss://127.0.0.1\n");
    undef $tls if $good;
    return (
    ['MCPStore redis redis://127.0.0.1'],
    ['MCPStore redis redis://redis.example.com:6380/12 timeout=50ms'],
    ['MCPStore redis redis://mcp@redis.example.com password=env:MCP_TOKEN timeout=1s'],
    ['MCPStore redis redis://[::1]:6379/ "password=exec:/bin/echo an-initial"'],
    ['MCPStore redis redis+unix:/run/redis/redis.sock'],
    ['MCPStore redis rediss://redis.example.com', $tls],
    ['MCPStore redis', qr{MCPStore: where is Redis\? Write redis redis://redis.example.com:6379}],
    ['MCPStore redis 127.0.0.1:6379', qr{"127.0.0.1:6379": .* Write redis://redis.example.com:6379, or redis\+unix:}],
    ['MCPStore redis http://127.0.0.1', qr{"http://127.0.0.1": it is not the URL of a Redis. Write redis://}],
    ['MCPStore redis redis:///0', qr/is malformed|it names no host/],
    ['MCPStore redis redis+unix://host/run/redis.sock', qr/it names no socket/],
    ['MCPStore redis redis+unix:run/redis.sock', qr/it names no socket/],
    ['MCPStore redis redis://127.0.0.1?db=1', qr/it ends in a \? or a # too many/],
    ['MCPStore redis redis://127.0.0.1/x', qr{"/x" is not a database of Redis; write its number, from 0 to 9999}],
    ['MCPStore redis redis://127.0.0.1/10000', qr/is not a database/],
    ['MCPStore redis redis://127.0.0.1/-1', qr/is not a database/],
    ['MCPStore redis redis://mcp:sesame@127.0.0.1', qr{the URL holds a password, which logs and -D DUMP_MCP would show. Write redis://mcp\@HOST password=file:PATH.$}m],
    ['MCPStore redis redis://:sesame@127.0.0.1', qr{Write redis://HOST password=file:PATH}],
    ['MCPStore redis "redis://:se same@127.0.0.1"', qr{the URL: The URI is malformed|the URL: .* Write redis://}],
    ['MCPStore redis redis://mcp@127.0.0.1', qr/user mcp has no password. Add password=file:PATH/],
    ['MCPStore redis redis://@127.0.0.1', qr/the user in the URL is empty/],
    ['MCPStore redis redis://127.0.0.1 timeout=300', qr/MCPStore: timeout="300" has no unit; write 300ms \(units: ms s min h d\)/],
    ['MCPStore redis redis://127.0.0.1 timeout=300msec', qr/timeout="300msec" has an unknown unit; the units are ms s/],
    ['MCPStore redis redis://127.0.0.1 timeout=1sec', qr/write 1s /],
    ['MCPStore redis redis://127.0.0.1 timeout=9ms', qr/timeout="9ms" is out of range; it goes from 10ms to 10s/],
    ['MCPStore redis redis://127.0.0.1 timeout=11s', qr/out of range/],
    ['MCPStore redis redis://127.0.0.1 timeout=unlimited', qr/out of range/],
    ['MCPStore redis redis://127.0.0.1 timeout=none', qr/out of range/],
    ['MCPStore redis redis://127.0.0.1 timeout=0', qr/"0" is not a time/],
    ['MCPStore redis redis://127.0.0.1 sync=full', qr/"sync" is not a key. The keys are password timeout\./],
    ['MCPStore redis redis://127.0.0.1 sesame', qr/is not KEY=VALUE/],
    ['MCPStore redis redis://127.0.0.1 password=', qr/is not KEY=VALUE/],
    ['MCPStore redis redis://127.0.0.1 password=file:missing.secret', qr/MCPStore: password=SECRET: cannot read \S+missing.secret: No such file/],
    ['MCPStore redis redis://127.0.0.1 password=env:MCP_NONE', qr/password=SECRET: the environment that httpd starts in has no MCP_NONE/],
    ['MCPStore redis redis://127.0.0.1 timeout=1s timeout=2s x=y', qr/"x=y" is one argument too many/],
    );
}

# a line; undef: it passes, else what httpd says behind "Syntax error on line"
my @server = (
    # times, sizes, rates: grammar rule 3
    ['MCPLifetime access-token=30min'],
    ['MCPLifetime access-token=90s refresh-token=12h grant=30d'],
    ['MCPLifetime registration=unlimited refresh-grace=none'],
    ['MCPLifetime refresh-grace=90000ms'],
    ['MCPLifetime access-token=30', qr/MCPLifetime: access-token="30" has no unit; write 30s/],
    ['MCPLifetime access-token=2m', qr/MCPLifetime: access-token="2m" has a unit that is spelt otherwise; write 2min /],
    ['MCPLifetime access-token=2M', qr/write 2min/],
    ['MCPLifetime access-token=2minutes', qr/write 2min/],
    ['MCPLifetime access-token=1hour', qr/write 1h/],
    ['MCPLifetime grant=90days', qr/write 90d/],
    ['MCPLifetime grant=3weeks', qr/"3weeks" has an unknown unit; the units are ms s min h d, as in 15min/],
    ['MCPLifetime grant=0', qr/"0" is not a time; no limit is "unlimited", nothing is "none"/],
    ['MCPLifetime grant=0s', qr/nothing is "none"/],
    ['MCPLifetime grant=-1', qr/"-1" is not a time; no limit is "unlimited"/],
    ['MCPLifetime grant=forever', qr/"forever" is not a time; write a number and its unit/],
    ['MCPLifetime grant=1.5h', qr/"1.5h" has an unknown unit/],
    ['MCPLifetime grant=9999999999d', qr/is not a time/],
    ['MCPLifetime code=500ms', qr/"500ms" is less than a second/],
    ['MCPLifetime code=1h', qr/code="1h" is out of range; it goes from 10s to 10min/],
    ['MCPLifetime code=none', qr/out of range/],
    ['MCPLifetime consent=none browser-session=none'],
    ['MCPLifetime consent=unlimited browser-session=7d'],
    ['MCPLifetime browser-session=8d', qr/browser-session="8d" is out of range; it goes from none to 7d/],
    ['MCPLifetime browser-session=unlimited', qr/out of range/],
    ['MCPLifetime access-token=unlimited', qr/out of range; it goes from 1min to 1d/],
    ['MCPLifetime refresh-grace=61min', qr/from none to 60min/],
    ['MCPLifetime acess-token=1h', qr/"acess-token" is not a key. The keys are access-token refresh-token grant unconfirmed refresh-grace code sign-in consent browser-session registration assertion identity signing-key session\./],
    ['MCPLifetime access-token = 1h', qr/"access-token" is not KEY=VALUE, without blanks around the =/],
    ['MCPLifetime access-token=', qr/is not KEY=VALUE/],
    ['MCPLifetime =1h', qr/is not KEY=VALUE/],
    ['MCPLifetime 1h', qr/is not KEY=VALUE/],
    ['MCPLifetime', qr/MCPLifetime: something is missing. Write MCPLifetime KEY=TIME \.\.\./],
    ['MCPLimit sessions=500 sign-in-failures=3/h'],
    ['MCPLimit sessions=unlimited', qr/sessions="unlimited" is not a number from 16 to 1000000/],
    ['MCPLimit sessions=5', qr/"5" is not a number from 16 to 1000000/],
    ['MCPLimit sessions=1e4', qr/is not a number/],
    ['MCPLimit proofs=1000000'],
    ['MCPLimit proofs=0', qr/proofs="0" is not a number from 16 to 10000000/],
    ['MCPLimit sign-in-failures=10', qr/"10" is not a rate; write N\/UNIT, as in 10\/min/],
    ['MCPLimit sign-in-failures=10/m', qr/"10\/m" has an unknown unit; write 10\/min/],
    ['MCPLimit sign-in-failures=0/min', qr/"0" is not a number from 1 to 1000/],
    ['MCPLimit streams=10', qr/"streams" is not a key. The keys are sessions proofs sign-ins sign-in-failures fetches registrations audit\./],
    ['MCPLimit audit=1000/h'],
    ['MCPLimit audit=600', qr/audit="600" is not a rate; write N\/UNIT/],
    ['MCPLimit audit=unlimited', qr/is not a rate/],
    ['MCPLimit audit=0/min', qr/"0" is not a number from 1 to 60000/],
    ['MCPLimit fetches=1'],
    ['MCPLimit fetches=0', qr/fetches="0" is not a number from 1 to 1000/],
    ['MCPLimit registrations=1000/min'],
    ['MCPLimit registrations=600', qr/"600" is not a rate; write N\/UNIT/],
    ['MCPLimit registrations=0/h', qr/"0" is not a number from 1 to 60000/],
    ['MCPLimit registrations=unlimited', qr/is not a rate/],
    ['MCPLifetime assertion=1min'],
    ['MCPLifetime assertion=2h', qr/assertion="2h" is out of range; it goes from 10s to 1h/],
    ['MCPLifetime assertion=unlimited', qr/out of range/],

    # quotes and comments: grammar rules 2 and 6
    ['MCPTitle "Tasks of the team"'],
    ["MCPTitle 'Tasks of the team'"],
    ['MCPTitle "# 1 in tasks"'],
    ['MCPTitle Tasks of the team', qr/MCPTitle: "of" is one argument too many. Write MCPTitle TEXT; an argument with blanks goes in quotes/],
    ['MCPTitle Tasks # the name', qr/MCPTitle: httpd knows no comment behind a directive. Put "# the name" on a line of its own/],
    ['MCPTitle Tasks #', qr/httpd knows no comment/],
    ['MCPTitle "Tasks', qr/MCPTitle: a quote is not closed: "Tasks/],
    ['MCPTitle ""', qr/the text is empty/],
    ['MCPTitle', qr/something is missing/],
    ['MCPTitle "' . 'x' x 200 . '"'],
    ['MCPTitle "' . 'x' x 201 . '"', qr/the text has 201 bytes; 200 are the most/],
    ["MCPTitle \"caf\xe9\"", qr/the text is not UTF-8/],
    ["MCPTitle \"caf\xc3\xa9\""],
    ["MCPTitle \"a\x07b\"", qr/control character/],
    ['MCPLifetime access-token="1 h"', qr/httpd would cut access-token="1 at a blank. Quote the whole argument/],

    # URLs
    ['MCPDocumentation https://docs.example.com/mcp?x=1#top'],
    ['MCPDocumentation docs.example.com', qr/"docs.example.com": The scheme of a URI is malformed/],
    ['MCPDocumentation ftp://docs.example.com/', qr/is not an http or https URL/],
    ['MCPDocumentation https:///x', qr/host of a URI is malformed/],
    ['MCPDocumentation https://ada:x@docs.example.com/', qr/the URL holds a user name: everybody would read it/],
    ['MCPAuthIssuer https://mcp.example.com'],
    ['MCPAuthIssuer https://mcp.example.com:8443/tenant'],
    ['MCPAuthIssuer http://localhost:8080'],
    ['MCPAuthIssuer http://[::1]:8080'],
    ['MCPAuthIssuer https://mcp.example.com/', qr{MCPAuthIssuer: "https://mcp.example.com/": clients compare byte by byte; drop the last slash}],
    ['MCPAuthIssuer https://mcp.example.com/tenant/', qr/drop the last slash/],
    ['MCPAuthIssuer https://mcp.example.com?x=1', qr/has a query. Drop what begins with the \?/],
    ['MCPAuthIssuer "https://mcp.example.com#a"', qr/has a fragment. Drop what begins with the #/],
    ['MCPAuthIssuer https://root@mcp.example.com', qr/holds a user name/],
    ['MCPAuthIssuer http://mcp.example.com', qr/is without TLS: tokens would travel in the clear/],
    ['MCPAuthIssuer https://MCP.example.com', qr{clients compare byte by byte. Write "https://mcp.example.com"}],
    ['MCPAuthIssuer https://mcp.example.com:443', qr{Write "https://mcp.example.com"}],
    ['MCPAuthIssuer https://mcp.example.com/a/../b', qr{segments that URLs lose on their way}],
    ['MCPAuthIssuer mcp.example.com', qr/scheme of a URI is malformed/],
    ['MCPAllowOrigin self https://app.example.com http://localhost:3000'],
    ['MCPAllowOrigin any'],
    ['MCPAllowOrigin https://app.example.com/', qr{is not as browsers send it. Write "https://app.example.com"}],
    ['MCPAllowOrigin https://App.example.com', qr{Write "https://app.example.com"}],
    ['MCPAllowOrigin *', qr/"\*" is neither self, loopback, any nor an origin/],
    ['MCPAllowOrigin null', qr/"null" is neither/],
    ['MCPAllowOrigin', qr/something is missing. Write MCPAllowOrigin self\|loopback\|any\|ORIGIN/],

    # requests of our own
    ['MCPFetch timeout=30s'],
    ['MCPFetch timeout=1min connect-timeout=1s proxy=http://proxy.example.com:3128 ca-file=base.conf'],
    ['MCPFetch proxy=https://[::1]:3128/'],
    ['MCPFetch proxy=none ca-file=none'],
    ['MCPFetch', qr/something is missing. Write MCPFetch KEY=VALUE/],
    ['MCPFetch on', qr/"on" is not KEY=VALUE/],
    ['MCPFetch verify=off', qr/"verify" is not a key. The keys are timeout connect-timeout proxy ca-file\./],
    ['MCPFetch timeout=10', qr/MCPFetch: timeout="10" has no unit; write 10s/],
    ['MCPFetch timeout=500ms', qr/less than a second/],
    ['MCPFetch timeout=2min', qr/out of range; it goes from 1s to 1min/],
    ['MCPFetch timeout=unlimited', qr/out of range/],
    ['MCPFetch connect-timeout=none', qr/out of range/],
    ['MCPFetch proxy=proxy.example.com:3128', qr{proxy="proxy.example.com:3128" is not the URL of a proxy; write http://proxy.example.com:3128, or none}],
    ['MCPFetch proxy=http://proxy.example.com', qr/is not the URL of a proxy/],
    ['MCPFetch proxy=socks5://proxy.example.com:1080', qr/is not the URL of a proxy/],
    ['MCPFetch proxy=http://ada:x@proxy.example.com:3128', qr/is not the URL of a proxy/],
    ['MCPFetch proxy=http://proxy.example.com:3128/path', qr/is not the URL of a proxy/],
    ['MCPFetch proxy=http://proxy', qr/is not the URL of a proxy/],
    ['MCPFetch proxy=http:///', qr/host of a URI is malformed/],
    ['MCPFetch ca-file=missing.pem', qr/ca-file="missing.pem" cannot be read: No such file/],
    ['MCPFetch ca-file=empty.txt', qr/"empty.txt" is no file of certificates/],
    ['MCPFetch ca-file=logs', qr/"logs" is no file of certificates/],
    ['MCPFetch proxy=', qr/is not KEY=VALUE/],
    ['MCPClientMetadata any'],
    ['MCPClientMetadata none'],
    ['MCPClientMetadata claude.ai *.example.com !evil.example.com'],
    ['MCPClientMetadata any !*.evil.example'],
    ['MCPClientMetadata Claude.AI'],
    ['MCPClientMetadata', qr/Write MCPClientMetadata any\|none\|\[!\]HOST-GLOB/],
    ['MCPClientMetadata none claude.ai', qr/none stands alone/],
    ['MCPClientMetadata https://claude.ai/', qr{"https://claude.ai/" is a URL. Write its host only, as in claude.ai}],
    ['MCPClientMetadata claude.ai/*', qr/is a URL. Write its host only/],
    ['MCPClientMetadata claude.ai:443', qr/"claude.ai:443" holds a character that no host has/],
    ['MCPClientMetadata !', qr/"!" is not a host/],
    ['MCPClientMetadata ""', qr/"" is not a host/],
    ['MCPClientMetadata !none', qr/"!none": a ! stands before a host only/],
    ['MCPClientMetadata [::1]', qr/holds a character that no host has/],

    # paths
    ['MCPAuthPath /oauth2'],
    ['MCPAuthPath /oauth /'],
    ['MCPAuthPath oauth', qr/"oauth" is not a URL path: it begins with a slash/],
    ['MCPAuthPath /oauth/', qr{"/oauth/": drop the last slash}],
    ['MCPAuthPath /oauth /oauth', qr/is there twice/],
    ['MCPAuthPath /oauth /.well-known/x', qr{"/.well-known/x": /.well-known is for metadata alone}],
    ['MCPAuthPath /a//b', qr{without //, /./ and /../}],
    ['MCPAuthPath /a/../b', qr{without //, /./ and /../}],
    ['MCPAuthPath /%6fauth', qr/holds a character that is not allowed in this path/],
    ['MCPAuthPath "/my oauth"', qr/holds a character that is not allowed/],
    ['MCPAuthPath', qr/Write MCPAuthPath PATH \[ALIAS \.\.\.\]/],
    ['MCPStateDirectory state'],
    ['MCPStateDirectory /var/lib/mcp'],
    ['MCPStateDirectory ""', qr/is not a path/],

    # logs
    ['MCPAuditLog logs/mcp-audit'],
    ['MCPAuditLog /var/log/mcp/audit'],
    ['MCPAuditLog none'],
    ['MCPAuditLog "|rotatelogs /var/log/mcp/audit 86400"'],
    ['MCPAuditLog "||rotatelogs /var/log/mcp/audit 86400"'],
    ['MCPAuditLog "|$gzip -c >> /var/log/mcp/audit.gz"'],
    ['MCPAuditLog', qr/something is missing\. Write MCPAuditLog PATH\|"\|COMMAND"/],
    ['MCPAuditLog ""', qr/MCPAuditLog: "" is not a path/],
    ['MCPAuditLog logs', qr/MCPAuditLog: "logs" is a directory\. Name a file in it/],
    ['MCPAuditLog "|"', qr/MCPAuditLog: "\|" names no command/],
    ['MCPAuditLog "|| "', qr/names no command/],
    ['MCPAuditLog "|$"', qr/names no command/],
    ['MCPAuditLog |rotatelogs x', qr/"x" is one argument too many/],
    ['LogFormat "%{subject}^mc %{decision}^mc %h" mcp'],

    # words
    ['MCPAuthMode broker'],
    ['MCPAuthMode Broker', qr/"Broker" is not known here. Write broker/],
    ['MCPAuthMode relay', qr/"relay" is not known here. Write broker/],
    ['MCPStore sqlite'],
    ['MCPStore sqlite sync=full'],
    ['MCPStore mysql', qr/"mysql" is not a store. Write sqlite, or redis URL/],
    ['MCPStore sqlite sync=off', qr/"sync=off" is not a setting of sqlite. The only one is sync=full/],
    ['MCPStore sqlite sync=full x', qr/"x" is not a setting of sqlite/],
    redis_lines(),
    ['MCPSealingKey env:MCP_SEALING_KEY'],
    ['MCPSealingKey env:MCP_SEALING_KEY file:sealing.key'],
    ['MCPSealingKey file:sealing.key file:sealing.key', qr/both keys are the same\. The first one seals/],
    ['MCPSealingKey env:MCP_TOKEN', qr/the secret has 23 bytes, which can be guessed; 32 are the least/],
    ['MCPSealingKey file:nowhere.key', qr/nowhere\.key/],
    ['MCPSealingKey', qr/Write MCPSealingKey SECRET \[PREVIOUS\]/],
    ['MCPSealingKey env:MCP_SEALING_KEY file:sealing.key x', qr/"x" is one argument too many/],
    ['MCPLifetime signing-key=30d'],
    ['MCPLifetime signing-key=unlimited'],
    ['MCPLifetime signing-key=1h', qr/signing-key="1h" is out of range; it goes from 1d to unlimited/],
    ['MCPRedirectSchemes myapp com.example.app'],
    ['MCPRedirectSchemes +myapp -cursor'],
    ['MCPRedirectSchemes +myapp cursor', qr/either all schemes have a \+ or -, or none has one/],
    ['MCPRedirectSchemes myapp://', qr/"myapp:\/\/" is not a scheme: a letter, then/],
    ['MCPRedirectSchemes 9p', qr/is not a scheme/],
    ['MCPRedirectSchemes +', qr/"" is not a scheme/],
    ['MCPRedirectSchemes https', qr/https is no custom scheme: https is always allowed/],
    ['MCPRedirectSchemes +JavaScript', qr/javascript would hand codes to whatever page or file is named/],
    ['MCPRedirectSchemes data', qr/never allowed/],

    # scopes
    ['MCPScope tasks:read "Read your tasks"'],
    ['MCPScope tasks:write "Change your tasks" default includes=tasks:read,tasks:list'],
    ['MCPScope tasks:read', qr/something is missing. Write MCPScope NAME TEXT/],
    ['MCPScope tasks:read default', qr/"default" stands where the text belongs that people read before they agree/],
    ['MCPScope tasks:read Read your tasks', qr/"your" is neither default nor includes/],
    ['MCPScope tasks:read "Read" "expr=%{MCP_USER} =~ /^a/"'],
    ['MCPScope tasks:read "Read" default includes=a expr=true'],
    ['MCPScope tasks:read "Read" "expr=%{MCP_SUBJECT} == \'ada\' && %{MCP_CLIENT} != \'\' && %{MCP_ISSUER} == \'httpd\'"'],
    ['MCPScope tasks:read "Read" "expr=%{MCP_EMAIL} =~ /@example\.com$/ && %{MCP_NAME} != \'\' && %{MCP_ORGANIZATION} == \'x\' && %{MCP_ROLES} =~ /a/ && %{MCP_PERMISSIONS} =~ /b/ && %{MCP_SCOPES} == \'\' && -n %{MCP_CLAIMS} && -z %{MCP_PICTURE}"'],
    ['MCPScope tasks:read "Read" "expr=%{MCP_PASSWORD} == \'x\'"', qr/"%\{MCP_PASSWORD\} == 'x'" is no expression of httpd: .*MCP_PASSWORD.*Write "expr=%\{MCP_USER\} =~/],
    ['MCPScope tasks:read "Read" "expr=%{MCP_USER"', qr/is no expression of httpd/],
    ['MCPScope tasks:read "Read" expr=', qr/is no expression of httpd: it is empty/],
    ['MCPScope tasks:read expr=true', qr/"expr=true" stands where the text belongs/],
    ['MCPTokenClaims user'],
    ['MCPTokenClaims subject user client scopes issuer email name picture roles permissions organization claims'],
    ['MCPTokenClaims user assertion', qr/"assertion" is not known here. The words are .* organization claims; or none\./],
    ['MCPTokenClaims none'],
    ['MCPTokenClaims none user', qr/none stands alone/],
    ['MCPTokenClaims User', qr/"User" is not known here. The words are subject user client/],
    ['MCPPass none'],
    ['MCPPass assertion'],
    ['MCPPass subject user client scopes issuer email name picture roles permissions organization claims assertion'],
    ['MCPPass none assertion', qr/none stands alone/],
    ['MCPPass user none', qr/none stands alone/],
    ['MCPPass e-mail', qr/MCPPass: "e-mail" is not known here. The words are subject user client scopes issuer email name picture roles permissions organization claims assertion; or none\./],
    ['MCPPass', qr/Write MCPPass none\|WORD \.\.\./],
    ['MCPPass user # and no more', qr/comment/],
    ['MCPLifetime identity=5s', qr/10s/],
    ['MCPTokenClaims', qr/Write MCPTokenClaims none\|WORD \.\.\./],
    ['MCPScope tasks:read "Read" defualt', qr/"defualt" is neither default nor includes=SCOPE/],
    ['MCPScope "tasks read" "Read"', qr/"tasks read" is not a scope/],
    ['MCPScope a,b "Read"', qr/"a,b" is not a scope/],
    ['MCPScope a "A" includes=a', qr/a includes itself/],
    ['MCPScope a "A" includes=', qr/includes= names no scope/],
    ['MCPScope a "A" "includes=b c"', qr/"b c" is not a scope/],
    ['MCPScope a ""', qr/the text has 1 to 300 bytes/],

    # offers and instructions
    ['MCPOffer demo:* hello'],
    ['MCPOffer demo:', qr/"demo:" is not \[MODULE:\]GLOB, such as demo:hello/],
    ['MCPOffer :hello', qr/is not \[MODULE:\]GLOB/],
    ['MCPOffer a:b:c', qr/is not \[MODULE:\]GLOB/],
    ['MCPOffer "my tool"', qr/holds a character that no tool's name has/],
    ['MCPInstructions "Add with add."'],
    ['MCPInstructions file:instructions.txt'],
    ['MCPInstructions file:missing.txt', qr/MCPInstructions: cannot read \S+missing.txt: No such file/],
    ['MCPInstructions file:', qr/"file:" names no file/],
    ['MCPInstructions file:empty.txt', qr/the text is empty/],
    ['MCPInstructions file:large.txt', qr/the text has 16385 bytes; 16384 are the most/],
    ['MCPInstructions file:latin1.txt', qr/not UTF-8. Save the file as UTF-8/],

    # registration
    ['MCPRegistration open'],
    ['MCPRegistration closed'],
    ['MCPRegistration token env:MCP_TOKEN'],
    ['MCPRegistration Open', qr/MCPRegistration: "Open" is not known here. Write open, closed or token SECRET/],
    ['MCPRegistration token', qr/which token\? Write token file:PATH/],
    ['MCPRegistration closed file:token', qr/only "token" has a secret/],
    ['MCPRegistration', qr/Write MCPRegistration open\|closed\|token SECRET/],
    ['MCPRegistration token env:MCP_TOKEN x', qr/"x" is one argument too many/],
    ['MCPRegisteredClient web', qr/MCPRegisteredClient: a client has words of its own. Write <MCPRegisteredClient web>/],

    # identity providers
    ['MCPIdentityProvider httpd'],
    ['MCPIdentityProvider', qr/Write MCPIdentityProvider PRESET/],
    ['MCPIdentityProvider htpd file', qr/"htpd" is not a known identity provider. Known: .*\bhttpd\b/],
    ['MCPIdentityProvider httpd file=x', qr/"file=x" is not the name of an authentication provider/],
    ['MCPRootResource mcp', qr/is not a URL path/],
);

for (@server) {
    my ($line, $want) = @$_;
    my $text = "ServerName h.example\n\n$line\n";
    $line = substr($line, 0, 60) . '...' if length $line > 63;
    $line =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge;
    $want ? bad("refused: $line", 3, $want, $text)
        : good("passes: $line", $text);
}

my @inside = (
    ['MCPPublicURL https://gw.example.com/team/mcp'],
    ['MCPPublicURL https://gw.example.com/'],
    ['MCPPublicURL https://gw.example.com'],
    ['MCPPublicURL https://gw.example.com/mcp/', qr/drop the last slash/],
    ['MCPPublicURL http://gw.example.com/mcp', qr/is without TLS/],
    ['MCPPublicURL https://gw.example.com/mcp?a=b', qr/has a query/],
    ['MCPPublicURL /mcp', qr/scheme of a URI is malformed/],
    ['MCPTitle "Tasks"'],
    ['MCPTitle Tasks # here', qr/httpd knows no comment/],
);
for (@inside) {
    my ($line, $want) = @$_;
    $want ? bad("refused in a location: $line", 8, $want, protected($line))
        : good("passes in a location: $line", protected($line));
}
done_testing();
