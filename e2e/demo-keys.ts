/** Gives a process of tests or benches the demo's keys, by which the servers that they start seal as well. */
import { DEMO_KEYS } from '../db/keys.ts';
import { setKeys } from '../db/seal.ts';

setKeys(DEMO_KEYS);
