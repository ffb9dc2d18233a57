// Receives progress webhooks: checks each signature, answers at once, and prints one line an event.
//
//   WEBHOOK_ALLOW=127.0.0.1 npm start                # in another terminal: lets webhooks reach this machine
//   WEBHOOK_SECRET=whsec_… PORT=8080 node examples/webhook-receiver.mjs
//
// The secret is in the answer to POST /api/repositories, shown that once; POST /api/repositories/{repo_id}/secrets/webhook
// makes a new one. Then sync with {"progress_webhook":"http://127.0.0.1:8080/"}.
// The service signs as Standard Webhooks lays down (https://www.standardwebhooks.com): any library for it will do.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const { WEBHOOK_SECRET, PORT = '8080' } = process.env;
if (WEBHOOK_SECRET === undefined) throw new Error('WEBHOOK_SECRET is not set');
const webhook = new Webhook(WEBHOOK_SECRET);

/** An event may come more than once, always under the same webhook-id. A real receiver keeps these where they outlast it. */
const seen = new Set();

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  let event;
  try {
    // The signature is over the body as it was sent: check it before anything parses it.
    event = webhook.verify(Buffer.concat(parts).toString('utf8'), request.headers);
  } catch (error) {
    console.error(`refused: ${error.message}`);
    response.writeHead(401).end();
    return;
  }
  response.writeHead(204).end();
  const id = request.headers['webhook-id'];
  if (seen.has(id)) return;
  seen.add(id);
  console.log(`${event.type} ${event.data.job_id} ${event.data.progress.percentage} %`);
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
