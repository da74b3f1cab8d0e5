#!/usr/bin/php
<?php
// Searches an index. Use: search.php DB WORDS [XAPIAN-IRGAN]
// Debian has no Xapian for PHP, so the command searches, in the order of the model in the index. A PHP with Xapian's
// own bindings needs none of this: start it with LD_PRELOAD=libxapian-irgan-preload.so.
[, $db, $words] = $argv;
$program = $argv[3] ?? 'xapian-irgan';
$command = [$program, 'search', '--json', '--top', '20', '--db', $db, '--', ...explode(' ', $words)];
$search = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
$found = json_decode(stream_get_contents($pipes[1]), true);
$problem = stream_get_contents($pipes[2]);
if (proc_close($search) !== 0) {
    fwrite(STDERR, $problem);
    exit(1);
}
foreach ($found['hits'] as $hit) {
    echo $hit['docid'], "\n";
}
