import type { EChartsCoreOption } from 'echarts/core';

/** A row of bars or a line: its name and its numbers, in the order of the categories. */
export interface Series {
  name: string;
  values: number[];
  colour: string;
  /** Drawn on top of the series before. */
  stacked?: boolean;
}

/** Dark enough on white, and told apart by their patterns too. */
export const COLOURS = { scans: '#0b6e5f', vouchers: '#1b6ac9', refused: '#c01f1f', unchanged: '#8a97a3' };

const base = (series: Series[]) => ({
  // Whoever asks for less motion, and every test, sees it at once.
  animation: false,
  aria: { enabled: true, decal: { show: true } },
  color: series.map(({ colour }) => colour),
  textStyle: { color: '#17212b' },
  // HTML would bring style attributes, which the page's Content-Security-Policy refuses.
  tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, confine: true, renderMode: 'richText' },
  legend: { top: 0, left: 0, itemGap: 20, textStyle: { color: '#17212b' } },
});

const COUNTS = { type: 'value', minInterval: 1, axisLabel: { color: '#55636f' } };
const categories = (names: string[]) => ({
  type: 'category',
  data: names,
  axisLabel: { color: '#55636f' },
  axisTick: { show: false },
});

/** Bars that stand, by time. */
export function standing(names: string[], series: Series[]): EChartsCoreOption {
  return {
    ...base(series),
    grid: { top: 40, left: 8, right: 16, bottom: 8, containLabel: true },
    xAxis: categories(names),
    yAxis: COUNTS,
    series: series.map(({ name, values, stacked }) => ({
      ...{ type: 'bar', name, data: values, barMaxWidth: 28 },
      ...(stacked && { stack: 'all' }),
    })),
  };
}

/** Bars that lie, by name: the first on top. */
export function lying(names: string[], series: Series[]): EChartsCoreOption {
  return {
    ...base(series),
    grid: { top: series.length > 1 ? 40 : 8, left: 8, right: 40, bottom: 8, containLabel: true },
    ...(series.length === 1 && { legend: { show: false } }),
    xAxis: COUNTS,
    yAxis: {
      ...categories(names),
      inverse: true,
      axisLabel: { color: '#17212b', width: 180, overflow: 'break' },
    },
    series: series.map(({ name, values, stacked }) => ({
      ...{ type: 'bar', name, data: values, barMaxWidth: 22 },
      ...(stacked && { stack: 'all' }),
      ...(!stacked && { label: { show: true, position: 'right', color: '#17212b' } }),
    })),
  };
}
