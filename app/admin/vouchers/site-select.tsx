import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { api, toProblem } from '../../ui/api.ts';

export interface ChosenSite {
  value: string;
  label: string;
}

interface Props {
  id: string;
  className: string | undefined;
  value: ChosenSite | undefined;
  onChange: (site: ChosenSite | undefined) => void;
}

/** Milliseconds without a key before the server is asked. */
const PAUSE = 250;

/** Any site of the province, by the beginning of its name or code. */
export function SiteSelect({ id, className, value, onChange }: Props) {
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setText(typed), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  const sites = useQuery({
    queryKey: ['vouchers.siteNames', text],
    queryFn: () => api.vouchers.siteNames.query({ text }),
    placeholderData: keepPreviousData,
  });
  const nothing = sites.error
    ? toProblem(sites.error).message
    : sites.isFetching
      ? '正在查找…'
      : '没有以此开头的接种单位';
  return (
    <Select<ChosenSite>
      id={id}
      className={className ?? ''}
      allowClear
      labelInValue
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder="全部接种单位"
      maxLength={50}
      value={value ?? null}
      options={(sites.data ?? []).map(({ code, name }) => ({ value: code, label: `${name}(${code})` }))}
      loading={sites.isFetching}
      notFoundContent={nothing}
      onChange={(chosen: ChosenSite | undefined) => onChange(chosen && { value: chosen.value, label: chosen.label })}
    />
  );
}
