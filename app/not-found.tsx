import Link from 'next/link';
import { PageMessage } from './ui/page-message.tsx';

export default function NotFound() {
  return (
    <PageMessage>
      <p>没有这个页面</p>
      <Link href="/">返回首页</Link>
    </PageMessage>
  );
}
