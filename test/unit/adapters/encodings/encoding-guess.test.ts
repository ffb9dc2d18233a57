import { beforeAll, describe, expect, it } from 'vitest';
import { createEncodingGuess } from '../../../../adapters/encodings/encoding-guess.ts';

let guess: (bytes: Uint8Array) => string | null;
beforeAll(async () => {
  guess = await createEncodingGuess().load();
});
const code = Buffer.from('const value = compute(one, two);\n'.repeat(400));

/** Made by the encoders of CPython 3.11. */
const comments: readonly (readonly [string, string, string])[] = [
  [
    'windows-1252',
    '// Copyright (c) 2004 José García\n',
    '2f2f20436f70797269676874202863292032303034204a6f73e92047617263ed610a',
  ],
  ['windows-1252', '# author: André\n', '2320617574686f723a20416e6472e90a'],
  ['windows-1252', '/* 20 °C */\n', '2f2a20323020b043202a2f0a'],
  ['windows-1252', '// © 2011 Foo Inc.\n', '2f2f20a9203230313120466f6f20496e632e0a'],
  ['windows-1252', '// naïve approach – don’t\n', '2f2f206e61ef766520617070726f616368209620646f6e92740a'],
  ['windows-1252', '// Größe der Tabelle prüfen\n', '2f2f204772f6df652064657220546162656c6c65207072fc66656e0a'],
  ['windows-1252', '// La fonction crée une table\n', '2f2f204c6120666f6e6374696f6e206372e96520756e65207461626c650a'],
  ['windows-1252', '// señal de reinicio\n', '2f2f207365f1616c206465207265696e6963696f0a'],
  ['windows-1252', '// µs\n', '2f2f20b5730a'],
  ['shift_jis', '// テスト\n', '2f2f208365835883670a'],
  ['shift_jis', '/* ファイルを開く処理 */\n', '2f2a20837483408343838b82f08a4a82ad8f88979d202a2f0a'],
  ['shift_jis', 'msg = "表示"; // ソート\n', '6d7367203d2022955c8ea6223b202f2f20835c815b83670a'],
  ['euc-jp', '// 初期化する処理です\n', '2f2f20bde9b4fcb2bda4b9a4ebbde8cdfda4c7a4b90a'],
  ['gb18030', '// 初始化数据库连接\n', '2f2f20b3f5cabcbbafcafdbeddbfe2c1acbdd30a'],
  ['gb18030', '// 测试\n', '2f2f20b2e2cad40a'],
  ['gb18030', 'printf("你好，世界\\n");\n', '7072696e74662822c4e3bac3a3accac0bde75c6e22293b0a'],
  ['big5', '// 初始化資料庫連線\n', '2f2f20aaeca96ca4c6b8eaaec6ae77b373bd750a'],
  ['euc-kr', '// 데이터베이스 초기화\n', '2f2f20b5a5c0ccc5cdbaa3c0ccbdba20c3cab1e2c8ad0a'],
  ['windows-1251', '// Инициализация таблицы\n', '2f2f20c8ede8f6e8e0ebe8e7e0f6e8ff20f2e0e1ebe8f6fb0a'],
  [
    'koi8-r',
    '/* открыть файл и прочитать строки */\n',
    '2f2a20cfd4cbd2d9d4d820c6c1cacc20c920d0d2cfdec9d4c1d4d820d3d4d2cfcbc9202a2f0a',
  ],
  [
    'ibm866',
    '// открыть файл и прочитать строки\n',
    '2f2f20aee2aae0ebe2ec20e4a0a9ab20a820afe0aee7a8e2a0e2ec20e1e2e0aeaaa80a',
  ],
  [
    'windows-1250',
    '// Zażółć gęślą jaźń, sprawdź błędy\n',
    '2f2f205a61bff3b3e62067ea9c6cb9206a619ff12c207370726177649f2062b3ea64790a',
  ],
  [
    'windows-1253',
    '// Άνοιγμα αρχείου και ανάγνωση\n',
    '2f2f20a2edefe9e3ece120e1f1f7e5dfeff520eae1e920e1eddce3edf9f3e70a',
  ],
  [
    'windows-1254',
    '// Dosyayı açar, başlığı okur ve şifreyi değiştirir\n',
    '2f2f20446f73796179fd2061e761722c206261fe6cfdf0fd206f6b757220766520fe696672657969206465f069fe74697269720a',
  ],
  ['windows-1255', '// פתיחת הקובץ וקריאת השורות\n', '2f2f20f4fae9e7fa20e4f7e5e1f520e5f7f8e9e0fa20e4f9e5f8e5fa0a'],
];

describe('a single comment in another encoding', () => {
  it.each(comments)('is read right, alone and in 26 kB of code: %s %j', (_encoding, text, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    for (const file of [bytes, Buffer.concat([code, bytes, code])]) {
      const found = guess(file);
      expect(found).not.toBeNull();
      // Encodings have letters in common: what counts is what is read.
      expect(new TextDecoder(found ?? '', { fatal: true }).decode(file)).toContain(text);
    }
  });
});

describe('what is no text, or too little of it', () => {
  it('is none: bytes of a compressed file', () => {
    // Every value but NUL, in an order that means nothing.
    const noise = Uint8Array.from({ length: 4000 }, (_, at) => 1 + ((at * 7919 + (at >> 3) * 104_729) % 255));
    expect(guess(noise)).toBeNull();
  });

  it.each([['two letters that many encodings have', '2f2f20b4fab8d5b8eaaec60a']])('is none: %s', (_what, hex) =>
    expect(guess(Buffer.from(hex, 'hex'))).toBeNull(),
  );

  it('looks at the first lines that have more than ASCII, of a file however large', () => {
    const line = Buffer.from('2f2f20b3f5cabcbbafcafdbedd0a', 'hex');
    const large = Buffer.concat(Array.from({ length: 60_000 }, () => line));
    expect(guess(large)).toBe('gb18030');
  });
});
