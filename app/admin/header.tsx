import { LogoutOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { ROLE_NAMES } from '../../server/staff/schema.ts';
import { useSignOut } from '../ui/use-me.ts';
import styles from './admin.module.css';
import type { Answers } from './answers.ts';
import { pagesOf } from './pages.ts';

/** The bar on top: where one can go, and who is working. */
export function Header({ me }: { me: Answers['staff']['me'] }) {
  const path = usePathname();
  const signOut = useSignOut();
  return (
    <header className={styles.bar}>
      <Link href="/admin" className={styles.product}>
        疫苗接种核验台
      </Link>
      <nav className={styles.nav} aria-label="主导航">
        {pagesOf(me.role).map(({ href, title }) => (
          <Link key={href} href={href} aria-current={path.startsWith(href) ? 'page' : undefined}>
            {title}
          </Link>
        ))}
      </nav>
      <div className={styles.person}>
        <Link href="/account" aria-label={`${me.name},我的账号`}>
          {me.name}
        </Link>
        <span>{ROLE_NAMES[me.role]}</span>
        {me.siteName && <span>{me.siteName}</span>}
      </div>
      <Button ghost icon={<LogoutOutlined aria-hidden />} onClick={() => void signOut()}>
        退出
      </Button>
    </header>
  );
}
