import type { ServerResponse } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import { type HttpStub, openHttpStub, type StubRequest, stubClientOptions } from './aws-http-stub.ts';

/** A bucket in memory that speaks as much of S3's REST protocol as the object store uses. */
export interface S3Stub extends AsyncDisposable {
  readonly http: HttpStub;
  readonly client: S3Client;
  readonly objects: Map<string, { body: Buffer; tagging: string | undefined }>;
  /** Uploads begun and neither completed nor aborted. */
  readonly uploads: Map<string, Buffer[]>;
  /** Keys in a page of a listing. */
  pageSize: number;
  /** Breaks the answer to GetObject off after this many bytes, as often as it says. */
  breakAfter: { bytes: number; times: number } | null;
  /** Answers instead of the bucket when it says so. */
  intercept: (request: StubRequest, response: ServerResponse) => boolean;
}

export const openS3Stub = async (): Promise<S3Stub> => {
  const http = await openHttpStub();
  const client = new S3Client({ ...stubClientOptions(http), forcePathStyle: true });
  const stub: S3Stub = {
    http,
    client,
    objects: new Map(),
    uploads: new Map(),
    pageSize: 1000,
    breakAfter: null,
    intercept: () => false,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await http[Symbol.asyncDispose]();
    },
  };
  http.handler = (request, response) => {
    if (!stub.intercept(request, response)) respond(stub, request, response);
  };
  return stub;
};

export const answerXml = (response: ServerResponse, status: number, xml: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
};

export const answerS3Error = (response: ServerResponse, status: number, code: string): void =>
  answerXml(response, status, `<Error><Code>${code}</Code><Message>as told</Message></Error>`);

const respond = (stub: S3Stub, request: StubRequest, response: ServerResponse): void => {
  const { method, query } = request;
  const key = request.path.replace(/^\/[^/]+\/?/, '');
  const uploadId = query.get('uploadId');
  if (method === 'GET' && key === '') list(stub, query, response);
  else if (method === 'POST' && query.has('delete')) deleteMany(stub, request, response);
  else if (method === 'POST' && query.has('uploads')) {
    const id = `upload-${stub.uploads.size + 1}`;
    stub.uploads.set(id, []);
    tags.set(id, header(request, 'x-amz-tagging'));
    const answer = `<UploadId>${id}</UploadId>`;
    answerXml(response, 200, `<InitiateMultipartUploadResult>${answer}</InitiateMultipartUploadResult>`);
  } else if (uploadId !== null) upload(stub, uploadId, key, request, response);
  else if (method === 'PUT') {
    stub.objects.set(key, { body: payload(request), tagging: header(request, 'x-amz-tagging') });
    response.writeHead(200, { etag: '"1"' }).end();
  } else read(stub, key, request, response);
};

const tags = new Map<string, string | undefined>();
const header = ({ headers }: StubRequest, name: string): string | undefined => headers[name] as string | undefined;

/** The SDK frames a stream's body with a trailing checksum; what is no stream comes as it is. */
const payload = ({ headers, body }: StubRequest): Buffer => {
  if (!String(headers['content-encoding'] ?? '').includes('aws-chunked')) return body;
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.subarray(at, end).toString('latin1'), 16);
    if (length === 0) return Buffer.concat(pieces);
    pieces.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
};

const upload = (stub: S3Stub, id: string, key: string, request: StubRequest, response: ServerResponse): void => {
  const parts = stub.uploads.get(id);
  if (parts === undefined) {
    answerS3Error(response, 404, 'NoSuchUpload');
    return;
  }
  if (request.method === 'PUT') {
    const number = Number(request.query.get('partNumber'));
    parts[number - 1] = payload(request);
    const checksum = header(request, 'x-amz-checksum-crc32');
    response.writeHead(200, { etag: `"part-${number}"`, ...(checksum && { 'x-amz-checksum-crc32': checksum }) }).end();
    return;
  }
  stub.uploads.delete(id);
  if (request.method === 'DELETE') {
    response.writeHead(204).end();
    return;
  }
  const named = [...request.body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => number);
  const body = Buffer.concat(named.map((number) => parts[Number(number) - 1] ?? Buffer.alloc(0)));
  stub.objects.set(key, { body, tagging: tags.get(id) });
  answerXml(response, 200, '<CompleteMultipartUploadResult><ETag>"1"</ETag></CompleteMultipartUploadResult>');
};

const read = (stub: S3Stub, key: string, request: StubRequest, response: ServerResponse): void => {
  const object = stub.objects.get(key);
  if (object === undefined) {
    if (request.method === 'HEAD') response.writeHead(404).end();
    else answerS3Error(response, 404, 'NoSuchKey');
    return;
  }
  if (request.headers['if-match'] !== undefined && request.headers['if-match'] !== '"1"') {
    answerS3Error(response, 412, 'PreconditionFailed');
    return;
  }
  const from = Number(/bytes=(\d+)-/.exec(header(request, 'range') ?? '')?.[1] ?? 0);
  const body = object.body.subarray(from);
  response.writeHead(from === 0 ? 200 : 206, { etag: '"1"', 'content-length': body.length });
  if (request.method === 'HEAD' || stub.breakAfter === null || stub.breakAfter.times === 0) {
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  stub.breakAfter.times -= 1;
  // Only once the bytes are out, else they are thrown away with the connection.
  const { bytes } = stub.breakAfter;
  if (bytes === 0) response.flushHeaders();
  response.write(bytes === 0 ? '' : body.subarray(0, bytes), () => setTimeout(() => response.destroy(), 5));
};

const list = (stub: S3Stub, query: URLSearchParams, response: ServerResponse): void => {
  const after = query.get('continuation-token') ?? '';
  const keys = [...stub.objects.keys()]
    .filter((key) => key.startsWith(query.get('prefix') ?? '') && byBytes(key, after) > 0)
    .sort();
  const page = keys.slice(0, stub.pageSize);
  const more = keys.length > page.length;
  const contents = page
    .map((key) => `<Contents><Key>${key}</Key><Size>${stub.objects.get(key)?.body.length ?? 0}</Size></Contents>`)
    .join('');
  const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  answerXml(response, 200, `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${next}</ListBucketResult>`);
};

const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

const deleteMany = (stub: S3Stub, request: StubRequest, response: ServerResponse): void => {
  for (const [, key] of request.body.toString().matchAll(/<Key>([^<]+)<\/Key>/g)) stub.objects.delete(key as string);
  answerXml(response, 200, '<DeleteResult></DeleteResult>');
};
