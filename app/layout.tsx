import type { Metadata, Viewport } from 'next';
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

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="zh-CN">
      <body>
        <Providers>{children}</Providers>
        <RegisterServiceWorker />
      </body>
    </html>
  );
}
