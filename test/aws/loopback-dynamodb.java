import java.lang.reflect.Field;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local on a free port of the loopback address: its own program takes a fixed port, and listens on every
 * address. Ends with its standard input, so that it never outlives who started it. Run as it is: java loopback-dynamodb.java
 */
class LoopbackDynamoDb {
  public static void main(String[] arguments) throws Exception {
    // The port is replaced below.
    DynamoDBProxyServer server =
        ServerRunner.createServerFromCommandLineArgs(
            new String[] {"-inMemory", "-disableTelemetry", "-port", "8000"});
    Field jetty = DynamoDBProxyServer.class.getDeclaredField("server");
    jetty.setAccessible(true);
    ServerConnector connector = (ServerConnector) ((Server) jetty.get(server)).getConnectors()[0];
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    server.start();
    System.out.println("Running on http://127.0.0.1:" + connector.getLocalPort());
    while (System.in.read() != -1) {}
    System.exit(0);
  }
}
