// What `xapian-irgan check` begins with, asked of DuckDB: rows, clicks, time, sessions, queries.
//   npm install @duckdb/node-api, in a folder of your own;  node duckdb_census.mjs FOLDER LOG THREADS
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, log, threads] = process.argv.slice(2);
const main = createRequire(`${folder}/`).resolve('@duckdb/node-api');
const { DuckDBInstance } = await import(pathToFileURL(main).href);
const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
const answer = await connection.runAndReadAll(`
  select count(*) as shown, sum(clicked) as clicks, min(time) as since, max(time) as until,
    count(distinct session) as sessions, count(distinct query) as queries
  from read_csv('${log}', delim = '\\t', header = true)`);
console.log(JSON.stringify(answer.getRowObjectsJson()[0]));
