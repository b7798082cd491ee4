import { Card, Select } from 'antd';
import { usePlatforms } from '../use-platforms.ts';
import styles from './batches.module.css';
import { useFilter } from './filter.tsx';

/** Shows one city's batches, or everybody's. */
export function CityFilter() {
  const { cityCode, choose } = useFilter();
  const platforms = usePlatforms();
  const cities = (platforms.data ?? []).map(({ code, name }) => ({ value: code, label: `${name}(${code})` }));
  return (
    <Card size="small">
      <label htmlFor="city" className={styles.label}>
        城市
      </label>
      <Select
        id="city"
        className={styles.city}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        placeholder="全部城市"
        value={cityCode}
        options={cities}
        loading={platforms.isFetching}
        onChange={choose}
      />
    </Card>
  );
}
