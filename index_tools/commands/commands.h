/// The commands of xapian-irgan, each in the file of its name, in the order of their use.
#pragma once

namespace irgan {

struct Command;

Command index_command();
Command annotate_command();
Command vectors_command();
Command simulate_command();
Command setup_command();
Command queries_command();
Command check_command();
Command features_command();
Command train_command();
Command search_command();
Command rerank_command();
Command score_command();
Command evaluate_command();
Command mine_command();
Command distill_command();
Command memory_command();
Command report_command();
Command inspect_command();
Command store_command();
Command nightly_command();

}  // namespace irgan
