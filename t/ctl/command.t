# Licensed under the Apache License, Version 2.0; see LICENSE.
# mcpctl's command line: what is not understood, help, completion, manual page.
use strict;
use warnings;
use MCPTest;
use MCPCtl;
use Cwd qw(abs_path);
use File::Basename qw(dirname);

my $root = abs_path(dirname(__FILE__) . '/../..');
my $ctl = MCPCtl->new(state => '/nonexistent');

for (
    [[], qr/say what/],
    [['nonsense'], qr/no command nonsense/],
    [['list'], qr/no command list/],
    [[qw(list everything)], qr/no command list/],
    [[qw(list grants now)], qr/too much: now/],
    [[qw(list grants a b c)], qr/too much/],
    [[qw(revoke grant)], qr/needs ID/],
    [[qw(verify)], qr/needs --resource/],
    [[qw(verify --resource)], qr/argument belongs to --resource/],
    [[qw(check --json=yes)], qr/no argument belongs to --json/],
    [[qw(check --user ada)], qr/has no --user/],
    [[qw(revoke user ada --client x)], qr/has no --client/],
    [[qw(check --jso)], qr/no option --jso/],
    [["\e[31mred"], qr/no command \\x1B\[31mred/],
) {
    my ($words, $said) = @$_;
    my $r = $ctl->run($words);
    ok($r->{code} == 2 && $r->{out} eq '' && $r->{err} =~ $said
        && $r->{err} =~ /mcpctl --help/, "not understood: mcpctl @$words"
        =~ s/\e/ESC/r) or diag "$r->{code}: $r->{out}$r->{err}";
}
like($ctl->json('nonsense')->{error}, qr/no command/, 'for programs');
is($ctl->run('--', '--json')->{code}, 2, 'behind -- stands no option');

my $help = $ctl->run('--help');
is($help->{code}, 0, '--help');
my @commands = $help->{out} =~ /^  mcpctl (\S+)/mg;
cmp_ok(scalar @commands, '>=', 14, 'it lists the commands');
like($ctl->run('--version')->{out}, qr/^mcpctl \d+\.\d+\.\d+$/, '--version');
is($ctl->run([qw(list grants --help)])->{code}, 0, '--help anywhere');

my $full = MCPCtl->new(state => '/nonexistent');
is(system("'" . MCPCtl::program() . "' --help > /dev/full 2>/dev/null") >> 8, 3,
    'an answer that cannot be written is no answer');

# -- completion --------------------------------------------------------------

sub completed {
    my (@words) = @_;
    my $script = $ctl->run(qw(completion bash))->{out};
    my $ask = "COMP_WORDS=(mcpctl @words); COMP_CWORD=" . @words
        . '; _mcpctl; echo "${COMPREPLY[*]}"';
    open my $bash, '-|', 'bash', '-c', "$script\n$ask" or die $!;
    chomp(my $line = <$bash>);
    return $line;
}
is(completed('li'), 'list', 'completes a command');
is(completed('list', "''"), 'grants clients users', 'its nouns');
is(completed('revoke', 'c'), 'client', 'of each verb');
is(completed('verify', '--res'), '--resource', 'options');
my %completed = map { $_ => 1 } split / /, completed("''");
ok(!(grep { !$completed{$_} } @commands), 'every command');

# -- the manual page ---------------------------------------------------------

my $page = "$root/conf/mcpctl.8";
SKIP: {
    skip 'no man here', 2 unless grep { -x "$_/man" } split /:/, $ENV{PATH};
    my $said = `LC_ALL=C MANWIDTH=80 man --warnings -l '$page' 2>&1 >/dev/null`;
    is($said, '', 'man has nothing to say against it');
    my $text = `LC_ALL=C MANWIDTH=80 man -l '$page'`;
    ok(!(grep { $text !~ /^ +\Q$_\E\b/m } @commands), 'every command is in it');
}
SKIP: {
    skip 'no mandoc here', 1 unless grep { -x "$_/mandoc" }
        split /:/, $ENV{PATH};
    is(`mandoc -T lint -W warning '$page'`, '', 'mandoc has no warning');
}
done();
