/** The limit: Node's own HTTP server and one prepared lookup, with nothing around it. `bare.ts DATABASE`; prints its port. */
import { createServer } from 'node:http';
import { makeFindCard } from './find-card.ts';

const find = makeFindCard(process.argv[2] ?? '');
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', async () => {
    const found = find(JSON.parse(body).code.slice(0, 64));
    const answer = JSON.stringify(found instanceof Promise ? await found : found);
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify(server.address())}\n`));
