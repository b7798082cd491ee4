import { useQuery } from '@tanstack/react-query';
import { Select, type SelectProps } from 'antd';
import { useEffect, useState } from 'react';
import { api, toProblem } from '../ui/api.ts';

/** Whoever types is not asked for after each key. */
const TYPING_MS = 250;

interface Props extends Omit<SelectProps<string>, 'options'> {
  /** The site that is chosen already, so that it has its name before anything is looked for. */
  known?: { code: string; name: string } | undefined;
}

/** A choice among thousands of sites: it looks for those whose name or code begins as typed. */
export function SiteSelect({ known, ...props }: Props) {
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery({
    queryKey: ['sites.names', asked],
    queryFn: () => api.sites.names.query({ text: asked }),
    placeholderData: (before) => before,
  });
  const sites = found.data ?? [];
  const shown = known && !asked && sites.every(({ code }) => code !== known.code) ? [known, ...sites] : sites;
  return (
    <Select<string>
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder="输入名称或编码开头查找"
      maxLength={50}
      options={shown.map(({ code, name }) => ({ value: code, label: `${name}(${code})` }))}
      loading={found.isFetching}
      notFoundContent={found.error ? toProblem(found.error).message : found.data ? '没有找到接种单位' : '正在查找…'}
      {...props}
    />
  );
}
