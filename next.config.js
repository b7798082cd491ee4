/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // Nothing asks for other sizes, and the door that makes them would print what it was asked for.
  images: { unoptimized: true },
  // `npm run check` checks types, once.
  typescript: { ignoreBuildErrors: true },
};
