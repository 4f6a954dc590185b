/**
 * Burst and sustained requests a second, per account and region.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export const buckets = {
  clusterRead: { burst: 50, perSecond: 20 },
  resourceRead: { burst: 100, perSecond: 20 },
  resourceModify: { burst: 100, perSecond: 40 },
  definitionRead: { burst: 50, perSecond: 20 },
  definitionModify: { burst: 20, perSecond: 1 },
  serviceRead: { burst: 100, perSecond: 20 },
  serviceModify: { burst: 50, perSecond: 5 },
  capacityRead: { burst: 50, perSecond: 20 },
} as const;
