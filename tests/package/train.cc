// From an index and a click log to a model, and hard negatives for one query, against the installed library.
// Use: train INDEX QUERIES CLICKS MODEL
#include <irgan/evidence.h>
#include <irgan/mining.h>
#include <irgan/preparation.h>
#include <irgan/site.h>
#include <irgan/training.h>

#include <iostream>

int main(int, char** arguments) {
  const irgan::Site site = irgan::site_at({arguments[1]});
  irgan::Evidence evidence;
  evidence.queries = irgan::read_queries(arguments[2]);
  evidence.clicks = {arguments[3]};
  const irgan::PreparedData data = irgan::prepare(site, evidence);
  irgan::TrainingOptions options;
  options.epochs = 3;
  const irgan::Trained trained = irgan::train(data.training, data.validation, options);
  irgan::save(*trained.model, arguments[4]);
  irgan::Miner miner(site, trained.model, evidence, irgan::MiningOptions());
  const irgan::MinedQuery mined = miner.mine(evidence.queries.front());
  for (const irgan::MinedDocument& positive : mined.positives) std::cout << "positive " << positive.id << '\n';
  for (const irgan::MinedDocument& negative : mined.negatives.front()) std::cout << "negative " << negative.id << '\n';
}
