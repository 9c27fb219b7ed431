import { counter, gauge } from '../metric-family.ts'

/** What a node exporter would tell of the machine, under its own names; see monitoring.system_metrics. */
export const NODE_METRICS = {
  node_cpu_seconds_total: counter({
    labels: ['cpu', 'mode'],
    unit: 'seconds',
    help: 'Seconds the CPUs spent in each mode.',
    reading: 'As node_exporter has it.',
  }),
  node_memory_MemTotal_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'Memory information field MemTotal_bytes.',
    reading: 'As node_exporter has it.',
  }),
  node_memory_MemAvailable_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'Memory information field MemAvailable_bytes.',
    reading: 'As node_exporter has it.',
  }),
  node_memory_MemFree_bytes: gauge({
    labels: [],
    unit: 'bytes',
    help: 'Memory information field MemFree_bytes.',
    reading: 'As node_exporter has it.',
  }),
  node_filesystem_size_bytes: gauge({
    labels: ['device', 'fstype', 'mountpoint'],
    unit: 'bytes',
    help: 'Filesystem size in bytes.',
    reading: 'As node_exporter has it.',
  }),
  node_filesystem_free_bytes: gauge({
    labels: ['device', 'fstype', 'mountpoint'],
    unit: 'bytes',
    help: 'Filesystem free space in bytes.',
    reading: 'As node_exporter has it.',
  }),
  node_filesystem_avail_bytes: gauge({
    labels: ['device', 'fstype', 'mountpoint'],
    unit: 'bytes',
    help: 'Filesystem space available to non-root users in bytes.',
    reading: 'As node_exporter has it.',
  }),
  node_load1: gauge({ labels: [], unit: 'processes', help: '1m load average.', reading: 'As node_exporter has it.' }),
} as const
