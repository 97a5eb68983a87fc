#!/usr/bin/env perl
# Licensed under the Apache License, Version 2.0; see LICENSE.
# conf/examples/mod_hello.c, a whole module in 50 lines: apxs builds it where
# there is nothing but the installed header, and httpd serves what it offers.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Cwd qw(abs_path);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;
use MCPAnswer;
use MCPServer;
use MCPStream;

my $root = abs_path("$FindBin::Bin/../..");
my $dir = tempdir(CLEANUP => 1);
my $dest = tempdir(CLEANUP => 1);
chmod 0755, $dir, $dest;
chomp(my $include = `apxs -q INCLUDEDIR`);

sub run {
    my $said = qx{exec 2>&1; $_[0]};
    return ($? == 0, $said);
}

sub slurp {
    open my $in, '<', "$root/$_[0]" or die "$_[0]: $!";
    local $/;
    return scalar <$in>;
}

# -- its text ----------------------------------------------------------------

my $text = slurp('conf/examples/mod_hello.c');
cmp_ok($text =~ tr/\n//, '<=', 50, 'it has 50 lines at most');
is(join("\n", grep { length > 80 } split /\n/, $text), '',
    'of 80 columns at most');
my ($shown) = slurp('README.md') =~ /^```c\n(.*?)^```$/ms;
is($shown, $text, 'README.md shows the same');

# -- built -------------------------------------------------------------------

my ($good, $said) = run("cd $root && make --no-print-directory install "
    . "DESTDIR=$dest");
ok($good, 'make install works') or diag $said;
copy("$root/conf/examples/mod_hello.c", "$dir/mod_hello.c") or die $!;
# where the header would be if it were installed into the system itself
($good, $said) = run("cd $dir && apxs -S INCLUDEDIR=$dest$include -I$include "
    . '-Wc,-Wall -Wc,-Wextra -Wc,-Wno-unused-parameter -Wc,-Werror '
    . '-c mod_hello.c');
ok($good, 'apxs -c builds it, without a warning') or diag $said;

# -- served ------------------------------------------------------------------

my $s = MCPServer->new(site => 0, config => <<"END");
LoadModule hello_module $dir/.libs/mod_hello.so
<Location "/hello">
    SetHandler mcp-server
    MCPOffer   hello:*
</Location>
END
$s->start;
my $c = $s->client;
my $session = $c->initialize('/hello');

for my $era (qw(modern legacy)) {
    my $ask = sub {
        my ($method, $params) = @_;
        return rpc_result($c->$era('/hello', $method, $params, id => 1,
            $era eq 'legacy' ? (session => $session) : ()), 1,
            "$era: $method");
    };
    my $tool = $ask->('tools/list', {})->{tools}[0];
    is_deeply([$tool->{name}, $tool->{description}],
        ['count', 'Counts, and says how far it is.'], 'its tool is listed');
    my $result = $ask->('tools/call', {name => 'count',
        arguments => {to => 3}});
    is($result->{content}[0]{text}, 'To 3.', 'and called with its argument');
    for my $wrong ({}, {to => 0}, {to => 101}, {to => 'x'}) {
        ok($ask->('tools/call', {name => 'count', arguments => $wrong})
            ->{isError}, 'which its schema has checked: ' . json_text($wrong));
    }
    my %meta = (progressToken => 'p');
    my $stream = MCPStream->$era($c, '/hello', 'tools/call', {name => 'count',
        arguments => {to => 2}, $era eq 'legacy' ? (_meta => \%meta) : ()},
        id => 2, $era eq 'legacy' ? (session => $session) : (meta => \%meta));
    my @told = $stream->messages;
    is_deeply([map { $_->{params} } grep { $_->{method} } @told],
        [map { {progressToken => 'p', progress => $_, total => 2,
            message => 'counting'} } 1, 2], 'it says how far it is');
    is($told[-1]{result}{content}[0]{text}, 'To 2.', 'before it is done');

    is($ask->('resources/list', {})->{resources}[0]{uri}, 'hello://note',
        'its resource is listed');
    is_deeply($ask->('resources/read', {uri => 'hello://note'})->{contents},
        [{uri => 'hello://note', text => 'Hello, world!'}], 'and read');

    my $prompt = $ask->('prompts/list', {})->{prompts}[0];
    is_deeply([$prompt->{name}, $prompt->{arguments}[0]{name}],
        ['greet', 'whom'], 'its prompt is listed');
    is($ask->('prompts/get', {name => 'greet', arguments => {whom => 'Ada'}})
        ->{messages}[0]{content}{text}, 'Hello, Ada!', 'and got');
    for (['ev', ['everybody']], ['x', []]) {
        my ($begun, $values) = @$_;
        is_deeply($ask->('completion/complete', {ref => {type => 'ref/prompt',
            name => 'greet'}, argument => {name => 'whom', value => $begun}})
            ->{completion}{values}, $values, "what $begun begins is completed");
    }
}
$s->stop;
is(join("\n", $s->log->problems), '', 'the error log holds nothing of it');
done_testing();
