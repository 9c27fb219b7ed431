/** Alerting in which three channels are told one after another, until somebody acknowledges: after 5 and 10 minutes. */
export const CHAIN = `channels:
  first: { slack: https://1 }
  second: { slack: https://2 }
  third: { slack: https://3 }
routes: [{ escalation: chain }]
escalations: { chain: [{ notify: first, timeout: 5m }, { notify: second, timeout: 10m }, { notify: third }] }
group_wait: 0s
`
