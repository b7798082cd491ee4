/** The parts of OpenAPI 3.1 that the exchange's description uses. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: string[];
  /** What each value means. */
  'x-enumDescriptions'?: Record<string, string>;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  format?: string;
}

interface Content {
  [type: string]: { schema: Schema };
}

export interface Operation {
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
  'x-codeSamples'?: { lang: string; source: string }[];
}

export interface Description {
  info: { title: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { type: string; name?: string; description: string }>;
  };
}

/** The name that a `$ref` points to, e.g. `Receipt`. */
export const nameOf = (schema: Schema) => schema.$ref?.split('/').at(-1);

/** A type in few words, e.g. `string`, `integer`, `RecordError[]`. */
export function typeOf(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.type === 'array') return `${typeOf(schema.items ?? {})}[]`;
  return nameOf(schema) ?? [schema.type ?? ''].flat().join(' | ');
}
