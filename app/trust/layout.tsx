import type { Metadata } from 'next';
import type { ReactNode } from 'react';

export const metadata: Metadata = {
  title: '信任本服务器的证书',
  description: '在平板或电脑上安装接种核验台的根证书',
  // Nothing of the console itself is to be had in plain.
  manifest: null,
};

export default function TrustLayout({ children }: { children: ReactNode }) {
  return children;
}
