/**
 * Nothing is lost, and nothing done twice, when a crawl is killed: four kills and four and more of a real
 * crawl of the demo wiki. The slow suite (kill-more.test.ts) takes thirty, the long one (long.test.ts) two hundred.
 */
import { killsOf } from './kills.js';

killsOf({ workers: [1, 2], once: 8, every: 2, gap: [24, 44], atLeast: 4, branchEvery: 3 });
