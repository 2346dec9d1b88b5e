# A node in a container; docs/src/run/containers.md says what it needs.
#
#     docker build --tag klero .
#     docker run --volume "$PWD/ada:/var/lib/klero" --publish 30303:30303/udp klero

FROM rust:1.90-slim-bookworm AS build
WORKDIR /build
# What the build needs is written down once.
COPY scripts/setup.sh scripts/
RUN sh scripts/setup.sh
COPY . .
RUN cargo build --release --locked -p klero-node --bin klero

FROM debian:bookworm-slim
# The node is linked with the C++ library, for RocksDB; any version that Debian 12 has will do.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/klero --create-home --shell /usr/sbin/nologin klero
COPY --from=build /build/target/release/klero /usr/local/bin/klero
COPY deploy/network.sh /usr/local/bin/klero-network
USER 10001
WORKDIR /var/lib/klero
# Keys, vote log, chain and configuration: what `klero init` makes, with genesis.json.
VOLUME /var/lib/klero
EXPOSE 30303/udp 8545/tcp
# Tells whether the node answers. Whether blocks become final is for the alerts: a restart would not help there.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["klero", "status", "--rpc", "http://127.0.0.1:8545"]
ENTRYPOINT ["klero"]
CMD ["node", "--config", "/var/lib/klero/node.toml"]
