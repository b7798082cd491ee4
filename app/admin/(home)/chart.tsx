import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';
import styles from './home.module.css';

interface Props {
  /** What it shows, for whoever can't see it; the table behind has the numbers. */
  label: string;
  option: EChartsCoreOption;
  /** Pixels. */
  height: number;
}

/** A chart. ECharts is loaded with the first one, by no other page. */
export function Chart({ label, option, height }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const wished = useRef(option);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let gone = false;
    const resizing = new ResizeObserver(() => chart.current?.resize());
    void import('./echarts.ts').then(({ draw }) => {
      if (gone) return;
      chart.current = draw(element);
      // Texts are measured before they are drawn, so the font must be named: `inherit` has no width.
      chart.current.setOption({ textStyle: { fontFamily: getComputedStyle(element).fontFamily } });
      chart.current.setOption(wished.current);
      resizing.observe(element);
    });
    return () => {
      gone = true;
      resizing.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, []);

  useEffect(() => {
    wished.current = option;
    chart.current?.setOption(option, { replaceMerge: ['series'] });
  }, [option]);

  return <div ref={place} role="img" aria-label={label} className={styles.chart} style={{ height }} />;
}
