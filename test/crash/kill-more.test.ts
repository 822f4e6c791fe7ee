/** As kill.test.ts, with kills that are closer together, and a copy of what each left taken to its end. */
import { killsOf } from './kills.js';

killsOf({ workers: [2, 1], once: 12, every: 1, gap: [4, 20], atLeast: 13, branchEvery: 1 });
