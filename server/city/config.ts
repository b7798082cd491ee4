/** The file that the setting CITY_PLATFORM names: one city's platform on this server. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const text = z.string().min(1);
const secret = z.string().min(32, 'must have at least 32 characters');
const url = z
  .url({ protocol: /^https?$/, error: 'must begin with http:// or https://' })
  // What is signed is the path as it stands in the request line.
  .refine((address) => !URL.canParse(address) || new URL(address).pathname === '/', 'must have no path')
  .transform((address) => new URL(address).origin);

const cityConfig = z.strictObject({
  /** 来源: the division code's first four digits. */
  cityCode: z.string().regex(/^\d{4}$/, 'must be four digits'),
  /** The approved filing of the city's app. */
  appRecordNo: text.max(20),
  appRecordNoRecognize: text.max(20),
  /** What EMPI and card numbers are made by; another key makes other cards of everybody. */
  cardKey: secret,
  /** The end of dynamic codes, and the secret that the province gave for it. */
  issuer: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -')
    .transform((code) => code.toUpperCase()),
  issuerKey: secret,
  /** How long a dynamic code holds. */
  codeSeconds: z.int().min(10).max(3600).default(60),
  /** Where the province is, and this city's credential. Without `url`: this server itself. */
  exchange: z.strictObject({ url: url.optional(), appId: text, secret: text }),
  /** Who verifies identities; without it the imported register does. */
  gateway: z.strictObject({ url, appId: text, secret: text }).optional(),
  /** Pause between two uploads. */
  uploadSeconds: z.number().min(0.05).max(3600).default(3),
});
export type CityConfig = z.infer<typeof cityConfig>;

/**
 * @param path a JSON file
 * @throws Error with one line that names the file and the key
 */
export function readCityConfig(path: string): CityConfig {
  const fail = (why: string) => new Error(`setting CITY_PLATFORM: ${path}: ${why}`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fail((error as { code?: string }).code === 'ENOENT' ? 'there is no such file' : 'it is not JSON');
  }
  const parsed = cityConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw fail([issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}
