#!/usr/bin/perl
# Searches an index. Use: search.pl DB WORDS [libxapian-irgan-preload.so]
# With the module, in the order of the model in the index: it is loaded before Search::Xapian, and nothing else changes.
use strict;
use warnings;

BEGIN {
  if (@ARGV > 2) {
    require DynaLoader;
    DynaLoader::dl_load_file($ARGV[2], 0x01) or die DynaLoader::dl_error();    # 0x01: RTLD_GLOBAL
  }
}
use Search::Xapian;

my $db = Search::Xapian::Database->new($ARGV[0]);
my $parser = Search::Xapian::QueryParser->new();
$parser->set_stemmer(Search::Xapian::Stem->new("english"));
$parser->set_stemming_strategy(Search::Xapian::STEM_SOME);
my $enquire = $db->enquire($parser->parse_query($ARGV[1]));
print $_->get_docid(), "\n" for $enquire->matches(0, 20);
