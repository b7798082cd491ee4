import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

// Packages come from the repository's root.
const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** @type {import('next').NextConfig} */
export default { turbopack: { root }, outputFileTracingRoot: root, poweredByHeader: false };
