/**
 * Gives an array's memory back at once; it and all views of the same memory are empty from then on. V8 counts memory outside its heap until a collection finds that no one uses it, and begins
 * with a full one when that memory and the heap have grown by some 10 MB: vectors and packs of a large job are as much several times a second.
 */
export const giveBack = ({ buffer }: ArrayBufferView): void => {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
};
