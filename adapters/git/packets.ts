import { SourceUnusableError } from '../../core/domain/errors.ts';
import type { ByteReader } from './byte-reader.ts';

/** A packet of git's wire protocol: its bytes, or one of the marks that have none. */
export type Packet = Buffer | 'flush' | 'delimiter' | 'end';

/** A request of protocol version 2: a command, what of the server's abilities it uses, and its arguments. */
export const requestText = (command: string, abilities: readonly string[], args: Iterable<string>): string => {
  let text = [`command=${command}`, ...abilities].map(packetText).join('');
  text += '0001';
  for (const arg of args) text += packetText(`${arg}\n`);
  return `${text}0000`;
};

const packetText = (line: string): string =>
  `${(Buffer.byteLength(line) + headBytes).toString(16).padStart(headBytes, '0')}${line}`;

const headBytes = 4;
const marks: readonly Packet[] = ['flush', 'delimiter', 'end'];

/** The next packet; null where the stream ends. Its bytes are a view, see {@link ByteReader.bytes}. */
export const readPacket = async (reader: ByteReader): Promise<Packet | null> => {
  const head = await reader.bytes(headBytes);
  if (head === null) return null;
  const text = head.toString('latin1');
  if (!/^[0-9a-f]{4}$/i.test(text)) throw garbled();
  const length = Number.parseInt(text, 16);
  if (length < headBytes) return marks[length] ?? Promise.reject(garbled());
  return reader.bytes(length - headBytes);
};

/** What came is not what git's protocol has there. */
export const garbled = (): SourceUnusableError =>
  new SourceUnusableError('its answer is not git’s protocol', { reason: 'answer_garbled' });
