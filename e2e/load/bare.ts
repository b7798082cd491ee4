/** The limit: Node's own HTTP server and one prepared lookup, with nothing around it. `bare.ts DATABASE`; prints its port. */
import { createServer } from 'node:http';
import Database from 'better-sqlite3';

const database = new Database(process.argv[2] ?? '', { readonly: true });
const lookup = database.prepare(
  `SELECT * FROM authentication_records WHERE substr(erhc_card_no, 1, 16) = ? AND erhc_card_no = ? LIMIT 1`,
);
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    const card = JSON.parse(body).code.slice(0, 64);
    const answer = JSON.stringify(lookup.get(card.slice(0, 16), card) ?? null);
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify(server.address())}\n`));
