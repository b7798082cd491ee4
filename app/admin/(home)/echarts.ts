/** The parts of ECharts that the charts here need, drawn as SVG. */
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** Draws into an element, in Chinese, which the core brings. */
export const draw = (element: HTMLElement) => init(element, null, { renderer: 'svg', locale: 'ZH' });
