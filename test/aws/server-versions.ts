/**
 * What is installed, exactly: an answer that changes does so because somebody changed it here, and another text here
 * installs anew.
 */
export const dynamoDbLocal = '3.1.0';
export const moto = '5.2.5';

/**
 * DynamoDB Local with what it depends on, SQLite's native libraries among it. Without Cognito's clients, with which it
 * would tell AWS of its use: whatever its settings are, it then cannot.
 */
export const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>repository-sync</groupId>
  <artifactId>aws-servers</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>software.amazon.dynamodb</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>${dynamoDbLocal}</version>
      <exclusions>
        <exclusion><groupId>software.amazon.awssdk</groupId><artifactId>cognitoidentity</artifactId></exclusion>
        <exclusion><groupId>software.amazon.awssdk</groupId><artifactId>cognitoidentityprovider</artifactId></exclusion>
      </exclusions>
    </dependency>
  </dependencies>
</project>
`;
