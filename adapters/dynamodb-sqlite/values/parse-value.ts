import { invalid, invalidParameter } from '../errors.ts';
import type { Item, Value, ValueType } from './attribute-value.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';

/** Lists and maps inside of each other. */
const MAX_DEPTH = 32;

/** The item of a request, checked, its numbers in their normal form. `what` is the member that holds it. */
export const parseItem = (raw: unknown, what: string, depth = 0): Item => {
  if (!isObject(raw)) throw invalid(`${what} must be a map of attribute values`);
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, parseValue(value, depth)]));
};

const isObject = (raw: unknown): raw is object => typeof raw === 'object' && raw !== null && !Array.isArray(raw);

const parseValue = (raw: unknown, depth: number): Value => {
  if (depth > MAX_DEPTH) throw invalid('Nesting Levels have exceeded supported limits: 32');
  const [first, ...more] = isObject(raw) ? Object.entries(raw) : [];
  if (first === undefined)
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  if (more.length > 0)
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  const [type, content] = first;
  switch (type as ValueType) {
    case 'S':
      return { S: text(content, 'S') };
    case 'N':
      return { N: number(content) };
    case 'B':
      return { B: binary(content) };
    case 'BOOL':
      if (typeof content !== 'boolean') throw wrong('BOOL');
      return { BOOL: content };
    case 'NULL':
      if (content !== true) throw invalidParameter('Null attribute value types must have the value of true');
      return { NULL: true };
    case 'SS':
      return { SS: members(content, 'string', (each) => text(each, 'SS')) };
    case 'NS':
      return { NS: members(content, 'number', number) };
    case 'BS':
      return { BS: members(content, 'binary', binary) };
    case 'L':
      if (!Array.isArray(content)) throw wrong('L');
      return { L: content.map((each) => parseValue(each, depth + 1)) };
    case 'M':
      return { M: parseItem(content, 'M', depth + 1) };
    default:
      throw invalid(`Supplied AttributeValue has the unknown datatype ${type}`);
  }
};

const wrong = (type: string) => invalid(`Supplied AttributeValue of type ${type} has content of another type`);

const text = (raw: unknown, type: string): string => {
  if (typeof raw !== 'string') throw wrong(type);
  return raw;
};

const number = (raw: unknown): string => formatDecimal(parseDecimal(text(raw, 'N')));

const binary = (raw: unknown): string => Buffer.from(text(raw, 'B'), 'base64').toString('base64');

const members = (raw: unknown, kind: string, parse: (each: unknown) => string): string[] => {
  if (!Array.isArray(raw)) throw wrong('set');
  if (raw.length === 0) throw invalidParameter(`An ${kind} set  may not be empty`);
  const parsed = raw.map(parse);
  if (new Set(parsed).size !== parsed.length)
    throw invalidParameter(`Input collection [${raw.join(', ')}] contains duplicates.`);
  return parsed;
};
