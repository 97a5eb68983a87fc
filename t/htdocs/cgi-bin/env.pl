#!/usr/bin/perl
# What a CGI program sees.
print "Content-Type: text/plain\r\n\r\n";
print map "$_=$ENV{$_}\n", sort keys %ENV;
