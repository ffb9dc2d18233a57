/** What DynamoDB answers when it refuses: the exception's name, its message, and what else its body holds. */
export class DynamoDbError extends Error {
  override readonly name: string;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.members = members;
  }
}

export const invalid = (message: string): DynamoDbError => new DynamoDbError('ValidationException', message);

export const invalidParameter = (message: string): DynamoDbError =>
  invalid(`One or more parameter values were invalid: ${message}`);

/** DynamoDB may take it; nothing here needs it, and so nothing here has been tried with it. */
export const unsupported = (what: string): DynamoDbError =>
  invalid(`${what} is not supported by the database of one machine`);
