# Build with the SDK; run on the chiseled image: no shell, no package manager, not root.
ARG DOTNET=mcr.microsoft.com/dotnet

FROM ${DOTNET}/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/GradService.Numerics/GradService.Numerics.csproj src/GradService.Numerics/
COPY src/GradService.Onnx/GradService.Onnx.csproj src/GradService.Onnx/
COPY src/GradService/GradService.csproj src/GradService/
RUN dotnet restore src/GradService --use-current-runtime
COPY src/ src/
RUN dotnet publish src/GradService -c Release --no-restore --use-current-runtime --self-contained false -p:UseAppHost=false -o /app

FROM ${DOTNET}/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app ./
COPY deploy/models/ /models/
ENV ASPNETCORE_HTTP_PORTS=8080 Onnx__ModelRepository=/models Onnx__CacheFolder=/tmp/gradservice Logging__Console__FormatterName=json
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["dotnet", "GradService.dll", "--healthcheck"]
ENTRYPOINT ["dotnet", "GradService.dll"]
