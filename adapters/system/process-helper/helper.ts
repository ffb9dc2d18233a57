import { createServer, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { spawnOnStreams } from '../thread-guard.ts';
import { lineOf, type News, type Opening, type Order, onLines } from './messages.ts';

/**
 * A small process that starts programs for a large one: a start copies the tables of all memory of the process that starts, up to 60 ms for a gigabyte, 3 ms here
 * (measured). It listens on the socket that its argument names, until its standard input ends. A program's group ends with the connection of the thread that
 * asked for it, and with this process, by its own guard (thread-guard.ts).
 */

type Start = Extract<Order, { order: 'start' }>;

interface Client {
  readonly control: Socket;
  /** Streams that are here before their program is asked for, and programs before their streams. */
  readonly streams: Map<number, Socket[]>;
  readonly starts: Map<number, Start>;
  readonly running: Map<number, ReturnType<typeof spawnOnStreams>>;
}

const clients = new Map<string, Client>();

const tell = ({ control }: Client, news: News): void => {
  if (control.writable) control.write(lineOf(news));
};

const startIfComplete = (client: Client, id: number): void => {
  const order = client.starts.get(id);
  const [stdin, stdout, stderr] = client.streams.get(id) ?? [];
  if (order === undefined || stdin === undefined || stdout === undefined || stderr === undefined) return;
  client.starts.delete(id);
  client.streams.delete(id);
  try {
    start(client, order, [stdin, stdout, stderr]);
  } catch (error) {
    tellFailure(client, id, error);
  } finally {
    // The program has its own ends.
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
  }
};

const start = (client: Client, order: Start, streams: readonly [Socket, Socket, Socket]): void => {
  const { id, program, args, cwd, env, priority } = order;
  const started = spawnOnStreams(program, args, { cwd, env }, streams);
  const { child } = started;
  child.once('error', (error) => tellFailure(client, id, error));
  child.once('exit', (code, killedBy) => tell(client, { news: 'ended', id, code, killedBy }));
  if (child.pid === undefined) return;
  client.running.set(id, started);
  lower(child.pid, priority);
  tell(client, { news: 'started', id, pid: child.pid });
};

const tellFailure = (client: Client, id: number, error: unknown): void => {
  const { message, code } = error as NodeJS.ErrnoException;
  tell(client, { news: 'failed', id, message, code });
};

/** A program has the priority of the thread that wants it. */
const lower = (pid: number, priority: number): void => {
  try {
    setPriority(pid, priority);
  } catch {
    // It has ended already, or would be raised.
  }
};

/** Of a program that never began, since not all of its streams came. */
const forgetStart = (client: Client, id: number): void => {
  client.starts.delete(id);
  for (const stream of client.streams.get(id) ?? []) stream?.destroy();
  client.streams.delete(id);
};

const obey = (client: Client, order: Order): void => {
  switch (order.order) {
    case 'start':
      client.starts.set(order.id, order);
      startIfComplete(client, order.id);
      return;
    case 'kill':
      client.running.get(order.id)?.kill();
      return;
    case 'release':
      client.running.get(order.id)?.release();
      client.running.delete(order.id);
      forgetStart(client, order.id);
      return;
    default:
      order satisfies never;
  }
};

const serveControl = (name: string, control: Socket): void => {
  const client: Client = { control, streams: new Map(), starts: new Map(), running: new Map() };
  clients.set(name, client);
  onLines(control, (line) => obey(client, JSON.parse(line) as Order));
  control.once('close', () => {
    clients.delete(name);
    for (const { kill, release } of client.running.values()) {
      kill();
      release();
    }
    for (const streams of client.streams.values()) for (const stream of streams) stream?.destroy();
  });
  control.resume();
  tell(client, { news: 'ready' });
};

const open = (socket: Socket, opening: Opening): void => {
  if (opening.kind === 'control') {
    serveControl(opening.client, socket);
    return;
  }
  const client = clients.get(opening.client);
  // Its thread has ended.
  if (client === undefined) {
    socket.destroy();
    return;
  }
  const streams = client.streams.get(opening.id) ?? [];
  streams[opening.stream] = socket;
  client.streams.set(opening.id, streams);
  startIfComplete(client, opening.id);
};

const serve = (socket: Socket): void => {
  let first = '';
  const read = (data: Buffer): void => {
    first += data.toString();
    if (!first.endsWith('\n')) return;
    socket.off('data', read).pause();
    open(socket, JSON.parse(first) as Opening);
  };
  socket.on('data', read).on('error', () => undefined);
};

const [, , path] = process.argv;
if (path === undefined) throw new Error('the path of a socket is missing');
createServer(serve).listen(path);
process.stdin.resume().once('end', () => process.exit());
// A terminal or a service manager sends these to everyone: the service says when this process is to end.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, () => undefined);
