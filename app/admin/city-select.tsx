import { Select, type SelectProps } from 'antd';
import { useDivisions } from './use-divisions.ts';

/** A choice among the registered cities. */
export function CitySelect(props: SelectProps<string>) {
  const divisions = useDivisions();
  const cities = (divisions.data ?? []).map(({ code, name }) => ({ value: code, label: `${name}(${code})` }));
  return (
    <Select<string>
      showSearch={{ optionFilterProp: 'label' }}
      options={cities}
      loading={divisions.isFetching}
      notFoundContent={divisions.error ? '城市列表读取失败' : '没有这个城市'}
      {...props}
    />
  );
}
