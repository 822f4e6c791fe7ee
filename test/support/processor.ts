/** Time of the processor that this process has taken, ms: what is to be linear is held against it, as the machine may be busy. */
export function processorMs(): number {
  return process.cpuUsage().user / 1000;
}
