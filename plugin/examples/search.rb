#!/usr/bin/ruby
# Searches an index. Use: search.rb DB WORDS [libxapian-irgan-preload.so]
# With the module, in the order of the model in the index: it is loaded before xapian, and nothing else changes.
if ARGV.size > 2
  require 'fiddle'
  Fiddle.dlopen(ARGV[2])
end
require 'xapian'

db = Xapian::Database.new(ARGV[0])
parser = Xapian::QueryParser.new
parser.stemmer = Xapian::Stem.new('english')
parser.stemming_strategy = Xapian::QueryParser::STEM_SOME
enquire = Xapian::Enquire.new(db)
enquire.query = parser.parse_query(ARGV[1])
enquire.mset(0, 20).matches.each { |match| puts match.docid }
