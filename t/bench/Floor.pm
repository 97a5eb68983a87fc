# Licensed under the Apache License, Version 2.0; see LICENSE.
package Floor;

# Our server, and in the same httpd a floor: it reads the body of a request,
# parses it with jansson and answers the bytes that we answer, without
# authorization (t/c-modules/floor).
#
#   my $floor = Floor->new('/mcp', connections => 16, config => $text);
#   $floor->{server}  $floor->{token}  $floor->{sessions}
#   my @runs = $floor->lay(NAME => Bench::message(...), ...);
#       {case => NAME, who => 'floor' or 'ours', server, script} of each
#   Floor::verdict($ratio, $aim, $defect)

use strict;
use warnings;
use Bench;
use MCPServer;

# The path is one that an access token is for.
sub new {
    my ($class, $path, %o) = @_;
    my $modules = MCPServer::modules_dir();
    my $self = bless {path => $path, dir => folder(),
        config => Bench::settings(connections => $o{connections})
            . "MCPLimit calls=60000/s\n"
            . "LoadModule floor_module $modules/mod_floor.so\n"
            . ($o{config} // '')}, $class;
    my $server = MCPServer->new(mpm => 'event', config => $self->{config});
    $self->{server} = $server->start;
    $self->{token} = $server->client->journey(resource => $path)
        ->{access_token};
    $self->{sessions} = Bench::sessions($server, $path, $self->{token});
    return $self;
}

sub lay {
    my ($self, %requests) = @_;
    my ($server, $dir) = @$self{qw(server dir)};
    my $config = $self->{config};
    my @runs;
    for my $name (sort keys %requests) {
        my $request = $requests{$name};
        my $response = $server->client->post($self->{path}, %$request);
        $response->status == 200 or die "$name: " . $response->brief;
        spew("$dir/$name.json", $response->body);
        $config .= <<"END";
<Location "/floor-$name">
    SetHandler  floor
    FloorAnswer $dir/$name.json
</Location>
END
        my %path = (floor => "/floor-$name", ours => $self->{path});
        push @runs, map { {case => $name, who => $_, server => $server,
            script => Bench::script("$dir/$name-$_.lua", %$request,
                path => $path{$_})} } qw(floor ours);
    }
    $server->configure(config => $config);
    $server->graceful;
    return @runs;
}

sub verdict {
    my ($ratio, $aim, $defect) = @_;
    return $ratio <= $aim ? "within the aim of $aim"
        : $ratio <= $defect ? "above the aim of $aim"
        : "above $defect: a defect";
}

1;
