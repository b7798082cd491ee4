import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import './globals.css';
import { RegisterServiceWorker } from './offline/register.tsx';
import { Providers } from './ui/providers.tsx';

export const metadata: Metadata = {
  title: '疫苗接种核验台',
  description: '扫描电子健康码,核验实名认证,打印接种凭证',
  manifest: '/manifest.webmanifest',
  icons: '/icon.svg',
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1, themeColor: '#0b6e5f' };

/** Rendered for each request, as each has its nonce (server/http); pages bring no data, so that costs a few milliseconds. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang="zh-CN">
      <body>
        <Providers nonce={nonce}>{children}</Providers>
        <RegisterServiceWorker />
      </body>
    </html>
  );
}
