{apiVersion: "v1", kind: "Service", metadata: {name: "x"}, spec: {type: "Load" + "Balancer"}}
