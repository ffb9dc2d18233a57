import { giveBack } from '../../core/domain/give-back.ts';

/**
 * Gives back the memory of bytes that Node has handed out, where it is surely theirs alone: small buffers lie side by side in memory of `Buffer.poolSize` bytes that Node shares out
 * (a stream too puts small pieces together there, when several wait), and an error would be the best that comes of giving that back.
 */
export const giveBackOwn = (bytes: Buffer): void => {
  if (bytes.length === bytes.buffer.byteLength || bytes.buffer.byteLength > Buffer.poolSize) giveBack(bytes);
};
