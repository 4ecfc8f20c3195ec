export { type ClusterKeeper, type ClusterOptions, openCluster } from "./open-cluster.ts";
